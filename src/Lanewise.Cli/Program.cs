using Lanewise.Cli;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;

StandardStreams.Check();
using var workingLine = WorkingLine.Install();
try
{
    return await CommandLine.RunAsync(args).ConfigureAwait(false);
}
finally
{
    Terminal.Restore();
}
