"use strict";exports.id=5039,exports.ids=[5039],exports.modules={5039:(function(D,s,_){_.r(s),_.d(s,{classify:()=>E.L});var E=_(8484),M=_(2060),P=_(2660)})};
