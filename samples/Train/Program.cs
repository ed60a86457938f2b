using Samples;
using Train;

return await SampleProgram.RunAsync(new CommandLine().Command, args);
