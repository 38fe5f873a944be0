"use strict";exports.id=937,exports.ids=[937],exports.modules={7318:(function(D,E,_){_.r(E),_.d(E,{classify:()=>s.L});var s=_(925),M=_(4011),P=_(2660)})};
