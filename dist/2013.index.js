"use strict";exports.id=2013,exports.ids=[2013],exports.modules={2013:(function(E,s,_){_.r(s),_.d(s,{classify:()=>D.L});var D=_(3262),O=_(1095),P=_(2660)})};
