using Lanewise.Cli;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;

StandardStreams.Check();
// A shell that completes a word, or reads the script for it, shows what comes on stderr.
using var workingLine = CompleteAction.IsMeant(args) ? null : WorkingLine.Install();
try
{
    return await CommandLine.RunAsync(args).ConfigureAwait(false);
}
finally
{
    Terminal.Restore();
}
