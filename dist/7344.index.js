"use strict";exports.id=7344,exports.ids=[7344],exports.modules={7344:(function(E,s,_){_.r(s),_.d(s,{classify:()=>D.L});var D=_(1513),M=_(6850),d=_(2660)})};
