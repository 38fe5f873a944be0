/**
 * @returns why a log group cannot be deleted, and the command that lifts its protection
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html
 */
export function protectedText(name: string): string {
  return `the log group has deletion protection. Lift it with: aws logs put-log-group-deletion-protection --log-group-identifier ${name} --no-deletion-protection-enabled`;
}
