// Starts Swagger UI. Addresses are relative, because the API may lie below a path of its own.
const page = document.getElementById('swagger-ui');
const redirect = new URL('docs/oauth2-redirect.html', document.baseURI).href;
window.ui = SwaggerUIBundle({
  domNode: page,
  url: 'openapi.json',
  oauth2RedirectUrl: redirect,
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  // Nobody else is asked whether the document is valid.
  validatorUrl: null,
});
window.ui.initOAuth({
  clientId: page.dataset.clientId,
  scopes: 'capacity/read capacity/write',
  usePkceWithAuthorizationCodeGrant: true,
});
