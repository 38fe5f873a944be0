"use strict";exports.id=1881,exports.ids=[1881],exports.modules={1881:(function(D,s,_){_.r(s),_.d(s,{classify:()=>E.L});var E=_(941),M=_(7210),O=_(2660)})};
