"use strict";exports.id=1743,exports.ids=[1743],exports.modules={1743:(function(E,s,_){_.r(s),_.d(s,{classify:()=>D.L});var D=_(4809),O=_(9620),P=_(2660)})};
