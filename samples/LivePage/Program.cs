using LivePage.Components;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseStaticWebAssets(); // from the build's output in every environment, not in development alone
builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false"; // the compressed files of the build, not files compressed anew, and little, for each request
builder.Services.AddRazorComponents().AddInteractiveServerComponents(); // for the page /blazor alone
WebApplication app = builder.Build();

app.Use((context, next) =>
{
    IHeaderDictionary headers = context.Response.Headers;
    headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
        + "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";
    headers["Cross-Origin-Opener-Policy"] = "same-origin"; // with the next line: threads
    headers["Cross-Origin-Embedder-Policy"] = "require-corp";
    headers["Cross-Origin-Resource-Policy"] = "same-origin";
    headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()";
    headers["Referrer-Policy"] = "no-referrer";
    headers.XContentTypeOptions = "nosniff";
    return next();
});
app.UseDefaultFiles();
app.UseRouting(); // here, so that it sees the path of the default file
app.UseAntiforgery();
app.MapStaticAssets();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
app.Run();
