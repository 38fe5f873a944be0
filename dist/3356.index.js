"use strict";exports.id=3356,exports.ids=[3356],exports.modules={3356:(function(D,s,_){_.r(s),_.d(s,{classify:()=>E.L});var E=_(1127),M=_(303),O=_(2660)})};
