"use strict";exports.id=233,exports.ids=[233],exports.modules={3233:(function(D,E,_){_.r(E),_.d(E,{classify:()=>s.L});var s=_(7952),O=_(4011),M=_(2660)})};
