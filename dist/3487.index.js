"use strict";exports.id=3487,exports.ids=[3487],exports.modules={3487:(function(D,E,_){_.r(E),_.d(E,{classify:()=>s.L});var s=_(3359),O=_(9682),d=_(2660)})};
