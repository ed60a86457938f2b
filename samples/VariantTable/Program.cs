using Samples;
using VariantTable;

return await SampleProgram.RunAsync(new CommandLine().Command, args);
