"use strict";exports.id=2676,exports.ids=[2676],exports.modules={2676:(function(P,E,_){_.d(E,{fromEnv:()=>D.sF});var D=_(433),O=_(2555),M=_(1553),s=_(7690),L=_(8317),T=_(4189),n=_(2572),C=_(2660)})};
