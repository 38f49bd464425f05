namespace Lanewise.Cli.Common;

/// <summary>Reports a contradiction in the command line that is detected only while the command runs.</summary>
internal sealed class UsageException(string message) : Exception(message);
