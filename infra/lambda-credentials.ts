// Takes the place of the SDK's credential chain in every bundle: a Lambda function's credentials
// are in its environment and nowhere else, and the whole chain weighs 132 KB. Never for a laptop.

/** The name the SDK's clients import; they call it once and what it returns before each request. */
export const defaultProvider = () => async () => ({
  accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
  sessionToken: process.env['AWS_SESSION_TOKEN'],
});
