"use strict";exports.id=8731,exports.ids=[8731],exports.modules={8731:(function(E,s,_){_.r(s),_.d(s,{classify:()=>D.L});var D=_(8991),d=_(1976),M=_(2660)})};
