exports.id=5669,exports.ids=[5669],exports.modules={8050:(function(module){module.exports=eval("require")("kerberos")})};
