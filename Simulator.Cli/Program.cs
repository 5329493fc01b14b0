using Simulator.Cli.Terminal;
using Simulator.Cli.Verbs;

return CommandLineTool.Run(args, Streams.OfProcess());
