"use strict";exports.id=5813,exports.ids=[5813],exports.modules={5813:(function(D,E,_){_.r(E),_.d(E,{classify:()=>s.L});var s=_(6473),L=_(9039),O=_(2660)})};
