"use strict";exports.id=8797,exports.ids=[8797],exports.modules={8797:(function(M,s,_){_.r(s),_.d(s,{classify:()=>E.L});var E=_(7142),D=_(6927),O=_(2660)})};
