"use strict";exports.id=4549,exports.ids=[4549],exports.modules={4549:(function(D,s,_){_.r(s),_.d(s,{classify:()=>E.L});var E=_(8123),M=_(7192),O=_(2660)})};
