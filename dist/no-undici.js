function t(){throw new Error("undici is not part of this action")}module.exports={fetch:t};
