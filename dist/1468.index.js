"use strict";exports.id=1468,exports.ids=[1468],exports.modules={1468:(function(D,E,_){_.r(E),_.d(E,{classify:()=>s.L});var s=_(4984),M=_(9236),d=_(2660)})};
