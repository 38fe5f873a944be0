"use strict";exports.id=344,exports.ids=[344],exports.modules={4344:(function(D,s,_){_.r(s),_.d(s,{classify:()=>E.L});var E=_(9893),M=_(4011),P=_(2660)})};
