"use strict";exports.id=1008,exports.ids=[1008],exports.modules={1008:(function(D,s,_){_.r(s),_.d(s,{classify:()=>E.L});var E=_(6152),M=_(4011),P=_(2660)})};
