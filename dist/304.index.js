"use strict";exports.id=304,exports.ids=[304],exports.modules={4304:(function(r,_,E){E.d(_,{Qo:()=>S,Vi:()=>e,gF:()=>d,i6:()=>a,yy:()=>D});var S=.4,a=.05,D=.05,d=.03,e=.1})};
