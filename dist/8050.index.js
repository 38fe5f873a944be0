exports.id=8050,exports.ids=[8050],exports.modules={8050:(function(module){module.exports=eval("require")("kerberos")})};
