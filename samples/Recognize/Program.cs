using Recognize;
using Samples;

return await SampleProgram.RunAsync(new CommandLine().Command, args);
