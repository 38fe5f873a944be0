/** US dollars a month. @see https://aws.amazon.com/secrets-manager/pricing/ and https://aws.amazon.com/systems-manager/pricing/ */
export const SECRET_USD = 0.4;
export const ADVANCED_PARAMETER_USD = 0.05;
/** Each 10,000 calls to Secrets Manager; Parameter Store's standard throughput is free. */
export const SECRET_CALLS_USD = 0.05;

/** US dollars for a stored GB a month. @see https://aws.amazon.com/cloudwatch/pricing/ and https://aws.amazon.com/ecr/pricing/ */
export const LOG_GB_USD = 0.03;
export const IMAGE_GB_USD = 0.1;
