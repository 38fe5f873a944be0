"use strict";exports.id=174,exports.ids=[174],exports.modules={7174:(function(a,e,_){_.d(e,{C:()=>S});var S=["AWS::SSM::Parameter","AWS::SecretsManager::Secret"]})};
