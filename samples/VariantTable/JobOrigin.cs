namespace VariantTable;

/// <summary>The content of job.json: all that makes a job what it is. A folder belongs to one.</summary>
internal sealed record JobOrigin(FacesInfo Data, Protocol Protocol, Job Job);
