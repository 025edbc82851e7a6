"""One module per page: takes a visit, asks services, answers. Rules live in the services."""
