"use strict";exports.id=945,exports.ids=[945],exports.modules={8945:(function(E,s,_){_.r(s),_.d(s,{classify:()=>D.L});var D=_(535),M=_(4011),P=_(2660)})};
