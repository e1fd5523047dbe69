// Starts Swagger UI. Addresses are relative, because the API may be served below a base path.
const page = document.getElementById('swagger-ui');
const redirect = new URL('docs/oauth2-redirect.html', document.baseURI).href;
window.ui = SwaggerUIBundle({
  domNode: page,
  url: 'openapi.json',
  oauth2RedirectUrl: redirect,
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  // Do not send the document to an online validator.
  validatorUrl: null,
});
window.ui.initOAuth({
  clientId: page.dataset.clientId,
  scopes: 'capacity/read capacity/write',
  usePkceWithAuthorizationCodeGrant: true,
});
