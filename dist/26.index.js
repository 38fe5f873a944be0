"use strict";exports.id=26,exports.ids=[26],exports.modules={3026:(function(E,s,_){_.r(s),_.d(s,{classify:()=>D.L});var D=_(8398),M=_(4011),P=_(2660)})};
