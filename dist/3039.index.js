"use strict";exports.id=3039,exports.ids=[3039],exports.modules={3039:(function(E,D,_){_.r(D),_.d(D,{classify:()=>s.L});var s=_(6072),M=_(5165),d=_(2660)})};
