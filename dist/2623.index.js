"use strict";exports.id=2623,exports.ids=[2623],exports.modules={2623:(function(D,E,_){_.r(E),_.d(E,{classify:()=>s.L});var s=_(7755),d=_(2441),I=_(2660)})};
