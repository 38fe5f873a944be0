"use strict";exports.id=785,exports.ids=[785],exports.modules={5785:(function(D,s,_){_.r(s),_.d(s,{classify:()=>E.L});var E=_(165),M=_(4011),O=_(2660)})};
