using Lanewise.Cli;
using Lanewise.Cli.Terminals;

using var workingLine = WorkingLine.Install();
try
{
    return await CommandLine.RunAsync(args).ConfigureAwait(false);
}
finally
{
    Terminal.Restore();
}
