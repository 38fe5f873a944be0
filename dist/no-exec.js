function t(){throw new Error("this action starts no program")}module.exports={exec:t,getExecOutput:t};
