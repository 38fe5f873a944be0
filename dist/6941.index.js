"use strict";exports.id=6941,exports.ids=[6941],exports.modules={6941:(function(E,s,_){_.r(s),_.d(s,{classify:()=>D.L});var D=_(8010),M=_(5085),O=_(2660)})};
