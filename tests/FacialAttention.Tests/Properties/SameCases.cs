using FsCheck.Xunit;

// Every property draws the same cases in every run; another seed here draws others.
[assembly: Properties(Replay = "20221125,7", QuietOnSuccess = true)]
