using var workingLine = Lanewise.Cli.Terminals.WorkingLine.Install();
return await Lanewise.Cli.CommandLine.RunAsync(args).ConfigureAwait(false);
