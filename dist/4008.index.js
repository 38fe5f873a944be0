"use strict";exports.id=4008,exports.ids=[4008],exports.modules={4008:(function(E,s,_){_.r(s),_.d(s,{classify:()=>D.L});var D=_(3616),O=_(8294),P=_(2660)})};
