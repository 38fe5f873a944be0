"use strict";exports.id=5871,exports.ids=[5871],exports.modules={5871:(function(E,s,_){_.r(s),_.d(s,{classify:()=>D.L});var D=_(6426),M=_(6824),O=_(2660)})};
