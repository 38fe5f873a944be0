"use strict";exports.id=920,exports.ids=[920],exports.modules={8920:(function(D,E,_){_.r(E),_.d(E,{classify:()=>s.L});var s=_(6552),I=_(4011),M=_(2660)})};
