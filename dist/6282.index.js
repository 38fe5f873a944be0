"use strict";exports.id=6282,exports.ids=[6282],exports.modules={6282:(function(D,E,_){_.r(E),_.d(E,{classify:()=>s.L});var s=_(653),O=_(5550),d=_(2660)})};
