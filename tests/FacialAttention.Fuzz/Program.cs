using FacialAttention.Fuzz;

return await new CommandLine().RunAsync(args);
