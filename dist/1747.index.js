"use strict";exports.id=1747,exports.ids=[1747],exports.modules={1747:(function(D,E,_){_.r(E),_.d(E,{classify:()=>s.L});var s=_(9371),d=_(2483),M=_(2660)})};
